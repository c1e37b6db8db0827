"""学位证书信息管理: the work of the degree centre, one module per step, on a small spine.

Level 0  vocabulary, errors                                 words
Level 1  lifecycle, record, typed, reference, settings, citizen, certificate, garbled, cell, alike, disk     pure regulation, dated tables, one cell
Level 2  deadlines, database, values, twins, photo_files, arrivals, reading/, public/       the calendar, the store, what was filed; the public side
Level 3  desk, declaration, content, calendar_tables, rules/, facts, photos, profile, ministry, revocations, suggestion    who acts, and the rulebook
Level 4  checking, ledger, enrolment, tables, attachments, pictures, filed         the two gates, tables as staff keep them
Level 5  draft, ruleset, package                             a filing read through; versions of the rulebook; what comes at once
Level 6  public_package, comparison, versions, store, supplements, nil_returns, unpacking, contents  beyond one record; the store opened
Level 7  archive                                    beside everything on file
Level 8  sorting, admission                          数据整理: both gates, once; what may be filed
Level 9  intake, review, publication, feedback, lookup, views, causes, queue, rates, overview, expected    the steps, and reads
Level 10  job, milestones, inspection, analysis, exports, handbook, resort    a closer look, and files that leave
Level 11  jobfiles, jobworker, trial, reminders, calendar_file    work behind the screens; a rulebook tried
Level 12  jobs, jobbatch, revision                         those in hand, and asked for; and put in force
Level 13  jobrunner, inbox                                         carried out
Level 14  demo/                                              the synthetic nation, walked along the line
Level 15  commands                                          what the command line does
Level 16  public_commands                                   what it does with publication packages
Level 17  __main__                                           the command line

Imports point downwards only (tests/test_architecture.py). Nothing here knows Streamlit or Plotly.
"""
