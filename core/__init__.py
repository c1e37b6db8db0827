"""学位证书信息管理: the work of the degree centre, one module per step, on a small spine.

Level 0  vocabulary, errors                                   words
Level 1  deadlines, lifecycle, record, reference              pure regulation and dated tables
Level 2  database, desk, reading, garbled, values, rules/      the spine
Level 3  checking, ledger                                      the two gates
Level 4  draft                                                 a filing read through, not yet in the store
Level 5  sorting, store                                        数据整理: both gates, once; the store opened
Level 6  intake, publication, feedback, lookup, views, analysis    the steps, and reads
Level 7  exports, demo, __main__                               files out, the synthetic nation, the command line

Imports point downwards only (tests/test_architecture.py). Nothing here knows Streamlit or Plotly.
"""
