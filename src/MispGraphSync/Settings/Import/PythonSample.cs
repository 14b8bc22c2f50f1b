namespace MispGraphSync.Settings.Import;

/// <summary>The Python sample's config.py: settings that behave as the sample does.</summary>
internal static class PythonSample
{
    public static ImportedTool Tool { get; } = new(
        "the sample",
        [
            "graph_auth", "targetProduct", "misp_event_filters", "action", "passiveOnly", "days_to_expire", "misp_key", "misp_domain",
            "misp_verifycert",
        ],
        new Dictionary<string, string>(),
        Import);

    private static void Import(ConfigImporter from)
    {
        from.AddMisp();
        from.AddBehaviour(Keys.MispToIdsOnly, "false", "the sample sends attributes whether MISP marks them for detection or not", "true");
        from.AddBehaviour(Keys.MispEnforceWarninglist, "false", "the sample sends values that are on MISP's warninglists", "true");
        from.AddSignIn(from.Dict("graph_auth", "tenant", "client_id", "client_secret"), "graph_auth");
        from.AddAction("action", "passiveOnly");
        if (from.AddNumber(Keys.DaysToExpire, "days_to_expire"))
            from.Note($"daysToExpire: {from.Value("days_to_expire")} is imported; recommended: {Keys.DaysToExpire.Default}, "
                + "since what MISP still has is renewed in time.");
        from.AddBehaviour(Keys.DefaultTlp, "\"red\"", "the sample marks attributes without a TLP tag as red", "\"amber\"");
        from.AddBehaviour(Keys.MaxTlp, "\"red\"", "the sample sends everything, TLP:RED too", "\"amber+strict\"");

        var isRenamed = ConfigImporter.TextOf(from.Value("targetProduct")) == "Microsoft Sentinel";
        if (isRenamed) from.Note("targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.");
        from.AddGraph("targetProduct", isRenamed ? "Azure Sentinel" : null);
    }
}
