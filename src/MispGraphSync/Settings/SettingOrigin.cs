namespace MispGraphSync.Settings;

/// <summary>Where a value comes from; the strongest first: option, environment, file, default.</summary>
internal abstract record SettingOrigin
{
    private SettingOrigin()
    {
    }

    /// <summary>One stable word for machines.</summary>
    public abstract string Kind { get; }

    /// <summary>The place for people.</summary>
    public abstract string Place { get; }

    internal sealed record Option(string Name) : SettingOrigin
    {
        public override string Kind => "option";

        public override string Place => $"option {Name}";
    }

    internal sealed record Variable(string Name) : SettingOrigin
    {
        public override string Kind => "environment";

        public override string Place => Name;
    }

    /// <param name="Line">From 1.</param>
    internal sealed record File(string Path, int Line) : SettingOrigin
    {
        public override string Kind => "file";

        public override string Place => $"{Path}:{Line}";
    }

    internal sealed record Default : SettingOrigin
    {
        public override string Kind => "default";

        public override string Place => "default";
    }

    /// <summary>A destination without a value of its own takes the common one.</summary>
    internal sealed record Common(string Key) : SettingOrigin
    {
        public override string Kind => "common";

        public override string Place => $"as {Key}";
    }
}
