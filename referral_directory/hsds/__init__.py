"""The directory as Open Referral HSDS 3.0 shows it to other software, with the vn-referral profile.

Only what a citizen may see on the day is in it: rows that are verified, and in use or closed for a
while. Who keeps the directory is named by the office, never by a login.
"""
