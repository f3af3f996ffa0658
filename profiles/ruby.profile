# run Ruby: gems from local files, tests
#
# On top of default: rubies and gems in the home, to read, and their environment.
# ~/.gem/credentials, ~/.gemrc and ~/.bundle may have passwords and are not
# shown, nor is what BUNDLE_ variables say but for three.
include default

ro-try ~/.rbenv
ro-try ~/.rubies
ro-try ~/.gem/ruby
ro-try ~/.local/share/gem/ruby

keepenv RUBYLIB
keepenv RUBYOPT
keepenv RUBY_VERSION
keepenv RBENV_VERSION
keepenv GEM_HOME
keepenv GEM_PATH
keepenv BUNDLE_GEMFILE
keepenv BUNDLE_PATH
keepenv BUNDLE_WITHOUT
keepenv RAKEOPT
keepenv TESTOPTS
