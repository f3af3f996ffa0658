# run Node.js: npm from local files, scripts, tests
#
# On top of default: versions of Node.js that managers installed in the home, to
# read, and its environment. ~/.npmrc and variables of npm may have tokens and are
# not shown; the cache is a private one, as packages in it are installed outside
# too. Scripts of packages run, and can change what the sandbox can.
include default

ro-try ~/.nvm/versions
ro-try ~/.volta/bin
ro-try ~/.volta/tools
ro-try ~/.local/share/fnm
ro-try ~/.nodenv/versions

keepenv NODE_ENV
keepenv NODE_OPTIONS
keepenv NODE_PATH
keepenv NODE_DEBUG
keepenv NVM_BIN
keepenv VOLTA_HOME
keepenv FORCE_COLOR
keepenv CI

# Without a network there is no use in asking again.
setenv NPM_CONFIG_FETCH_RETRIES 0
setenv NPM_CONFIG_UPDATE_NOTIFIER false
setenv NPM_CONFIG_AUDIT false
setenv NPM_CONFIG_FUND false
