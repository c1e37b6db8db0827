def is_dbase(s): return False
