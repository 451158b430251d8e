"""What a partner owes: the log of what was bought and changed, the charges that follow, and the invoices made of them.

Partner Center shows invoices, Graph exports their lines, a blob store hands the files out; all three read from here.
"""
