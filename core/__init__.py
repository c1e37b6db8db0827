"""学位证书信息管理: the work of the degree centre, one module per step, on a small spine.

Level 0  vocabulary, errors                                 words
Level 1  lifecycle, record, typed, reference, settings, citizen, certificate, garbled, cell, alike, disk     pure regulation, dated tables, one cell
Level 1  migrations, chain, masking, quiet, at_rest    how the tables came about; what is not shown of a person, nor logged
Level 1  receipt    what became of one thing asked for
Level 2  passwords, sessions, pseudonyms, keeping    signing in; rows without persons; how long files stay
Level 2  apart    one question beside the store
Level 2  deadlines, database, values, twins, photo_files, arrivals, reading/, public/       the calendar, the store, what was filed; the public side
Level 3  desk, declaration, content, calendar_tables, rules/, facts, photos, profile, ministry, revocations, suggestion, exports  acts
Level 4  checking, ledger, enrolment, tables, attachments, pictures, filed, excuses, feedback_workbook    the two gates, tables as staff keep them
Level 5  accounts, package_folder    who may sign in; where packages lie
Level 5  contacts, announcements    whom institutions name; what everybody is told
Level 5  exporting, marking    lists handed out; who took a file, and when
Level 5  draft, ruleset, package, standing, letter                             a filing read through; versions of the rulebook; what comes at once
Level 5  answer, answer_workbook    what may be answered to a row, and how it came
Level 6  credentials    a password looked at
Level 6  backup    the store kept a second time
Level 7  rekeying    and put under another key
Level 8  backup_requests    and asked for, of whoever has it open
Level 6  public_package, comparison, versions, supplements, nil_returns, unpacking, opening  beyond one record; the store opened
Level 6  answer_receipts    what is said to each row
Level 7  archive, contents, takedown, store, public_history                                    beside everything on file
Level 8  sorting, admission, resort                          数据整理: both gates, once; what may be filed
Level 9  intake, review, publication, feedback, lookup, views, causes, queue, rates, balance, expected, photo_checks, photo_supplies    steps
Level 9  filed_rows    rows on file, judged
Level 9  book    the book of acts, read
Level 9  offline    what is taken down
Level 9  reentry, revocation_list, explanation, explanation_decision, explanations    what leaves the line, comes back, or is explained
Level 10  job, jobprocess, milestones, stages, inspection, analysis, handbook, photo_entry, onfile, revealing    files
Level 11  corrected_rows    new values laid over them
Level 11  next_versions, corrections, consents, request, jobfiles, jobworker, trial, reminders, calendar_file, supply    work behind the screens
Level 10  answer_rows, frozen_list, publication_runs    each row of an answer; what a run froze
Level 11  publication_run, feedback_bundle    what is released; what a province is handed
Level 12  jobs, jobbatch, revision, photojobs, dryrun, correction, tallies                         those in hand, and asked for; and put in force
Level 13  jobends, jobrecovery, jobrevision, inbox, neighbours, feedback_job                                         carried out
Level 13  operating    settings no check reads, changed
Level 13  answers, supplementary    the returned workbook taken in; one record added
Level 14  correction_files    corrected records in a filing layout
Level 13  retention    deleted when their time is over
Level 14  jobrunner, watch, settlement, revocation, delivery                                         the month's first act; what was handed out
Level 14  invariants/                                       what must hold in the store
Level 15  audit                                              all of it looked at
Level 15  month, ladder                                                     the month; who has not answered
Level 16  restoring    brought back from it
Level 16  demo/                                                             the synthetic nation
Level 17  health, backup_list    whether it is looked after; its backups
Level 17  commands                                          what the command line does
Level 18  public_commands, photo_commands, revocation_commands, feedback_commands        what it does with one kind of thing
Level 18  answer_commands    what it does with answers
Level 18  audit_commands, offline_commands        what it does with the store as a whole, and with what is on line
Level 19  recovery_commands, retention_commands    what it does with backups, and when their time is over with files
Level 20  __main__                                           the command line

Imports point downwards only (tests/test_architecture.py). Nothing here knows Streamlit or Plotly.
"""
