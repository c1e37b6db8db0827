"""学位证书信息管理: the work of the degree centre, one module per step, on a small spine.

Level 0  vocabulary, errors                                 words
Level 1  lifecycle, record, typed, reference, settings, citizen, certificate, garbled, cell, alike     pure regulation, dated tables, one cell
Level 2  deadlines, database, values, twins, photo_files, reading/, public/       the calendar, the store, what was filed, what is public
Level 3  desk, declaration, content, rules/, facts, photos, profile, ministry, revocations, suggestion    who acts, and the rulebook
Level 4  checking, ledger, enrolment, tables, attachments, pictures                the two gates, tables as staff keep them
Level 5  draft, ruleset                                     a filing read through; versions of the rulebook
Level 6  packaging, sorting, versions, store, supplements, nil_returns  数据整理: both gates, once; the store opened; kinds of filing
Level 7  intake, review, publication, feedback, lookup, views, causes, queue, rates, overview, expected    the steps, and reads
Level 8  job, jobworker, inspection, analysis, exports, handbook, resort    a closer look, and files that leave
Level 9  jobs, trial, reminders                             work behind the screens; a proposed rulebook on records on file
Level 10  jobrunner, revision                               carried out; and put in force
Level 11  demo/                                              the synthetic nation, walked along the line
Level 12  commands                                          what the command line does
Level 13  __main__                                           the command line

Imports point downwards only (tests/test_architecture.py). Nothing here knows Streamlit or Plotly.
"""
