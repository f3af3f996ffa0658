# a coding assistant: the project is writable, its hooks and settings are not
#
# On top of gcc: the project, which is the working directory, is writable, but for
# what sandbox-project.inc names: all of .git, and start-up files that are there.
# You commit, or the assistant does in a clone. Not so the .git of a submodule:
# add protect ${PWD}/lib/.git. What else was changed or made, start-up files and
# Makefiles too, runs when you run it or open it: look at the changes first.
# It has no network: the assistant itself may need --net host, what it runs not.
include gcc

workdir rw
include sandbox-project.inc
