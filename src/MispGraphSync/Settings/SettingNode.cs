namespace MispGraphSync.Settings;

/// <summary>A value as it was written, and where. Its ToString tells the kind only, for it may hold a secret.</summary>
internal abstract record SettingNode(SettingOrigin Origin)
{
    /// <summary>What it is, for a fault: <c>a list</c>.</summary>
    public abstract string KindName { get; }

    public sealed override string ToString() => KindName;

    internal sealed record Text(SettingOrigin Origin, string Value) : SettingNode(Origin)
    {
        public override string KindName => "a text";
    }

    /// <param name="Digits">As written.</param>
    internal sealed record Number(SettingOrigin Origin, string Digits) : SettingNode(Origin)
    {
        public override string KindName => "a number";
    }

    internal sealed record Switch(SettingOrigin Origin, bool Value) : SettingNode(Origin)
    {
        public override string KindName => Value ? "true" : "false";
    }

    internal sealed record Nothing(SettingOrigin Origin) : SettingNode(Origin)
    {
        public override string KindName => "null";
    }

    internal sealed record List(SettingOrigin Origin, IReadOnlyList<SettingNode> Items) : SettingNode(Origin)
    {
        public override string KindName => "a list";
    }

    internal sealed record Group(SettingOrigin Origin, IReadOnlyList<Member> Members) : SettingNode(Origin)
    {
        public override string KindName => "an object";
    }

    /// <summary>One key of an object, with the line of the key itself.</summary>
    internal sealed record Member(string Name, SettingOrigin Origin, SettingNode Value)
    {
        public override string ToString() => Name;
    }
}
