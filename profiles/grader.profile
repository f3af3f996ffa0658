# a program nobody trusts, on standard input and output: to grade it
#
# On top of default and sandbox-untrusted.inc: nothing can be written but 16 MB in a
# private /tmp and home, nothing of the caller is in the environment, and limits
# are tight. The working directory can be read: keep what the program must not
# know, as the answers, elsewhere.
# The last value counts: sandbox --profile grader --time-limit 2s ./submission
include default
include sandbox-untrusted.inc

home private
tmp-size 16M
remount-ro /var/tmp
remount-ro /dev/shm
remount-ro /dev

clearenv
setenv PATH /usr/local/bin:/usr/bin:/bin
setenv LANG C.UTF-8
setenv HOME /tmp
setenv PYTHONDONTWRITEBYTECODE 1

die-with-parent
disable-userns

time-limit 10s
cpu-time 10s
memory 256M
pids 32
output-limit 1M
file-size 16M
open-files 64
