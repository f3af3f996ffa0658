# git, on repositories of others: no hooks run
#
# On top of default: hooks, file system monitors and the ext transport do not run,
# whatever the configuration of a repository says, and whoever it belongs to.
# ~/.gitconfig, ~/.git-credentials and keys may open doors and are not shown: who
# commits has his name in GIT_AUTHOR_NAME and its like.
# What is cloned is as its author made it: outside, its code is still foreign.
include default

keepenv GIT_AUTHOR_*
keepenv GIT_COMMITTER_*
keepenv GIT_EDITOR
keepenv GIT_PAGER
keepenv EDITOR
keepenv VISUAL
keepenv PAGER
keepenv LESS

# What comes by the environment counts more than the files of a repository.
setenv GIT_CONFIG_COUNT 4
setenv GIT_CONFIG_KEY_0 core.hooksPath
setenv GIT_CONFIG_VALUE_0 /dev/null
setenv GIT_CONFIG_KEY_1 core.fsmonitor
setenv GIT_CONFIG_VALUE_1 false
setenv GIT_CONFIG_KEY_2 protocol.ext.allow
setenv GIT_CONFIG_VALUE_2 never
setenv GIT_CONFIG_KEY_3 safe.directory
setenv GIT_CONFIG_VALUE_3 *
setenv GIT_TERMINAL_PROMPT 0
