# a coding assistant: the project is writable, what runs outside of it is not
#
# On top of gcc: in the project, which is the working directory, nothing can be
# changed that others than the assistant run without being asked: the repository's
# hooks and settings, start-up files of editors, shells and environments. All of
# .git is read-only, as a file .git/commondir would lead git to other hooks and
# settings; you commit, or the assistant does in a clone. Files that often have
# secrets are hidden.
# It has no network: the assistant itself may need --net host, what it runs not.
# Of these, those that are not there can be made, but for .git. What else is
# changed in the project runs when you run it: look at the changes first.
include gcc

workdir rw
protect ${PWD}/.git
protect-try ${PWD}/.githooks
protect-try ${PWD}/.husky
protect-try ${PWD}/.pre-commit-config.yaml
protect-try ${PWD}/.vscode
protect-try ${PWD}/.idea
protect-try ${PWD}/.devcontainer
protect-try ${PWD}/.zed
protect-try ${PWD}/.vimrc
protect-try ${PWD}/.exrc
protect-try ${PWD}/.nvimrc
protect-try ${PWD}/.nvim.lua
protect-try ${PWD}/.dir-locals.el
protect-try ${PWD}/.envrc
protect-try ${PWD}/.direnv
protect-try ${PWD}/.mise.toml
protect-try ${PWD}/.profile
protect-try ${PWD}/.bashrc
protect-try ${PWD}/.bash_profile
protect-try ${PWD}/.zshrc
protect-try ${PWD}/.zshenv
protect-try ${PWD}/.claude
protect-try ${PWD}/.cursor
protect-try ${PWD}/.mcp.json

hide ${PWD}/.env
hide ${PWD}/.env.local
hide ${PWD}/.env.development
hide ${PWD}/.env.production
hide ${PWD}/.netrc
hide ${PWD}/.npmrc
hide ${PWD}/.pypirc
hide ${PWD}/.aws
hide ${PWD}/.ssh
hide ${PWD}/.gnupg
hide ${PWD}/.git-credentials
