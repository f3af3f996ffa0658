# SPDX-License-Identifier: Apache-2.0
# Breaks the lines of text in mdoc before column 80; requests and what is literal
# stay as they are, and no word becomes a request.
/^\.Bd -literal/ { literal = 1 }
/^\.Ed/ { literal = 0 }
/^[.']/ || literal { print; next }
{
	line = ""
	count = split($0, words, " ")
	for (i = 1; i <= count; i++) {
		if (line != "" && length(line " " words[i]) > 79) {
			print line
			line = ""
		}
		if (line != "")
			line = line " " words[i]
		else
			line = (words[i] ~ /^[.']/ ? "\\&" : "") words[i]
	}
	print line
}
