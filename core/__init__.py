"""学位证书信息管理: the work of the degree centre, one module per step, on a small spine.

Level 0  vocabulary, errors                                 words
Level 1  lifecycle, record, reference, citizen, garbled     pure regulation, dated tables, what one cell says
Level 2  deadlines, database, values, reading/              the calendar, the store, what was filed
Level 3  desk, rules/, suggestion                           who acts, and the rulebook
Level 4  checking, ledger                                   the two gates
Level 5  draft                                              a filing read through, not yet in the store
Level 6  sorting, store                                     数据整理: both gates, once; the store opened
Level 7  intake, publication, feedback, lookup, views, queue, rates, overview, inspection, analysis, exports    the steps, and reads
Level 8  demo/                                              the synthetic nation, walked along the line
Level 9  __main__                                           the command line

Imports point downwards only (tests/test_architecture.py). Nothing here knows Streamlit or Plotly.
"""
