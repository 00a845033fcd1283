# awk -f pure.awk pure.txt OBJECT...: a symbol that the objects need, that
# none of them defines and that pure.txt does not allow, is not pure.
FNR == NR {
	if ($0 !~ /^#/ && NF) allow[++n] = $0
	next
}
{ exit }
END {
	for (i = 2; i < ARGC; i++) {
		cmd = "nm " ARGV[i]
		while ((cmd | getline line) > 0) {
			k = split(line, f, " ")
			if (f[k - 1] == "U") need[f[k]] = need[f[k]] " " ARGV[i]
			else have[f[k]] = 1
		}
		close(cmd)
	}
	for (s in need) {
		good = s in have
		for (i = 1; i <= n && !good; i++) good = s ~ allow[i]
		if (!good) { print "not pure: " s " in" need[s]; bad = 1 }
	}
	exit bad
}
