# awk -f common/reasons.awk docs/refusals.md REASONS.def...
# Every code that a rule may refuse with stands in the page, with those that
# say it and something to do about it, and no other.  Prints what differs;
# exits 1 if something did.
FNR == NR {
	if (!/^\| [A-Z][A-Z0-9_]+ \|/) next
	split($0, cell, / *\| */)
	if (cell[2] in told) { print FILENAME ":" FNR ": " cell[2] " stands there twice"; bad = 1 }
	if (cell[4] == "") { print FILENAME ":" FNR ": " cell[2] ": and what is to be done?"; bad = 1 }
	told[cell[2]] = cell[3]
	next
}
match($0, /^REASON\([A-Z0-9_]+/) {
	code = substr($0, 8, RLENGTH - 7)
	split(FILENAME, part, "/")
	who = part[1] == "common" ? "all" : part[2]
	said[code, who] = 1
	if (!(code in told)) {
		print FILENAME ":" FNR ": " code " is not told in docs/refusals.md"
		bad = 1
	} else if (", " told[code] "," !~ ", " who ",") {
		print FILENAME ":" FNR ": docs/refusals.md does not say that " code " is of " who
		bad = 1
	}
}
END {
	for (code in told) {
		k = split(told[code], names, ", ")
		for (i = 1; i <= k; i++)
			if (!((code, names[i]) in said)) {
				print "docs/refusals.md: " names[i] " never says " code
				bad = 1
			}
		n++
	}
	if (n < 100) { print "docs/refusals.md: its table is not read any more"; bad = 1 }
	exit bad
}
