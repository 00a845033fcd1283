# awk -f common/codes.awk docs/protocol.md SOURCE...
# What the bus can say and what the page tells must be the same: words of the
# protocol (there in backquotes) and codes (first cells of the tables of
# codes).  Settings and ZMTP's mechanisms are neither.  Prints what stands on one side only; exits 1 if there was one.
FNR == NR {
	for (s = $0; match(s, /`[A-Z][A-Z]+`/); s = substr(s, RSTART + RLENGTH))
		told[substr(s, RSTART + 1, RLENGTH - 2)] = "word"
	if (!/^\|/) table = 0
	else if (/^\| (ERR )?code \|/) table = 1
	else if (table && !/^\| \*\*/) {
		split($0, cell, "|")
		for (s = cell[2]; match(s, /[A-Z][A-Z0-9_]+/); s = substr(s, RSTART + RLENGTH))
			told[substr(s, RSTART, RLENGTH)] = "code"
	}
	next
}
{
	gsub(/"(HUYING_[A-Z_]*|NULL|CURVE)"/, "")
	for (s = $0; match(s, /"[A-Z][A-Z0-9_]+"/); s = substr(s, RSTART + RLENGTH))
		if (RLENGTH > 4 && RLENGTH < 26) said[substr(s, RSTART + 1, RLENGTH - 2)] = FILENAME
}
END {
	for (c in said) if (!(c in told)) {
		print said[c] ": " c " is not told in docs/protocol.md"
		bad = 1
	}
	for (c in told) if (told[c] == "code" && !(c in said)) {
		print "docs/protocol.md: " c " is never said"
		bad = 1
	}
	for (c in told) n++
	if (n < 40) { print "docs/protocol.md: its tables are not read any more"; bad = 1 }
	exit bad
}
