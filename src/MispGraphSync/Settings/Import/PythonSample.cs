namespace MispGraphSync.Settings.Import;

/// <summary>The Python sample's config.py: settings that behave as the sample does, with our recommendation for each difference.</summary>
internal static class PythonSample
{
    public static ImportedTool Tool { get; } = new(
        "the sample's",
        [
            "graph_auth", "targetProduct", "misp_event_filters", "action", "passiveOnly", "days_to_expire", "misp_key", "misp_domain",
            "misp_verifycert",
        ],
        new Dictionary<string, string>(),
        Import)
    {
        Head =
        [
            "Settings of misp-graph, made from the Python sample's config.py: they behave as the sample does.",
            "What we recommend instead stands with each key. Check: misp-graph doctor, then misp-graph plan",
        ],
    };

    private static void Import(ConfigImporter from)
    {
        from.AddMisp("the sample");
        from.AddBehaviour(Keys.MispToIdsOnly, "false", "the sample sends attributes whether MISP marks them for detection or not", "true");
        from.AddBehaviour(Keys.MispEnforceWarninglist, "false", "the sample sends values that are on MISP's warninglists", "true");
        from.AddSignIn(from.Dict("graph_auth", "tenant", "client_id", "client_secret"), "graph_auth");
        from.AddGraphAction("action", "passiveOnly", from.Draft.Common);
        if (from.AddNumber(Keys.DaysToExpire, "days_to_expire"))
            from.Note($"daysToExpire: {from.Value("days_to_expire")} is carried over; recommended: {Keys.DaysToExpire.Default}, "
                + "since what MISP still has is renewed in time.");
        from.AddBehaviour(Keys.DefaultTlp, "\"red\"", "the sample marks attributes without a TLP tag as red", "\"amber\"");
        from.AddBehaviour(Keys.MaxTlp, "\"red\"", "the sample sends everything, TLP:RED too", "\"amber+strict\"");

        var product = from.Text("targetProduct");
        if (product == "Microsoft Sentinel")
        {
            from.Note("targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.");
            product = "Azure Sentinel";
        }

        from.AddGraphDestination(product, "targetProduct");
    }
}
