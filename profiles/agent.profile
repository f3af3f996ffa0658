# a coding assistant: the project is writable, what runs outside of it is not
#
# On top of gcc: the project, which is the working directory, is writable, but for
# what project.inc holds: nothing can be changed that others than the assistant run
# without being asked. All of .git is read-only: you commit, or the assistant does
# in a clone. What else is changed runs when you run it: look at the changes first.
# It has no network: the assistant itself may need --net host, what it runs not.
include gcc

workdir rw
include project.inc
