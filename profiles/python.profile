# run Python: virtual environments, pip from local files, tests
#
# On top of default: interpreters and packages of the user's, to read, and the
# environment of Python and pytest. pip finds no index: its settings (pip.conf,
# PIP_*, ~/.netrc, ~/.pypirc) may have passwords and are not shown, and its cache
# is a private one, as wheels in it are installed outside too.
include default

ro-try ~/.pyenv
ro-try ~/.local/share/uv/python
ro-try ~/.local/lib
ro-try ~/.local/bin

keepenv PYTHON*
keepenv VIRTUAL_ENV
keepenv PYENV_*
keepenv PYTEST_*
keepenv COVERAGE_*
keepenv TOX_*

# There is nobody to ask, and without a network no use in asking again.
setenv PIP_DISABLE_PIP_VERSION_CHECK 1
setenv PIP_NO_INPUT 1
setenv PIP_RETRIES 0
