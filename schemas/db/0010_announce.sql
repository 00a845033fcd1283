-- A pack was loaded: services read the registry anew when they come to it.
CREATE FUNCTION registry.announce(pack text, version text) RETURNS bigint LANGUAGE sql AS $$
	SELECT run.announce('/registry', 'registry.changed',
		'pack-' || pack || '-' || version || '-' || (journal.head() + 1),
		run.pack_map('pack', pack, 'version', version))
$$;
