# convert documents, pictures and films that nobody trusts
#
# On top of default and sandbox-untrusted.inc: the working directory can be read, and
# only out in it, if it is there, be written; limits are tight. The programs find
# fonts and what ghostscript has of them.
# sandbox --profile convert convert in.png out/in.jpg
include default
include sandbox-untrusted.inc

rw-try ${PWD}/out
ro-try /var/cache/fontconfig
ro-try /var/lib/ghostscript

time-limit 5m
memory 2G
pids 128
output-limit 64M
file-size 2G
tmp-size 1G
