namespace MispGraphSync.Configuration.Reading;

/// <summary>A value as it was written, and where. Its ToString tells the kind only, for it may hold a secret.</summary>
internal abstract record SettingNode(Origin Origin)
{
    /// <summary>What it is, for a fault: <c>a list</c>.</summary>
    public abstract string Word { get; }

    public sealed override string ToString() => Word;

    internal sealed record Text(Origin Origin, string Value) : SettingNode(Origin)
    {
        public override string Word => "a text";
    }

    /// <param name="Digits">As written.</param>
    internal sealed record Number(Origin Origin, string Digits) : SettingNode(Origin)
    {
        public override string Word => "a number";
    }

    internal sealed record Switch(Origin Origin, bool Value) : SettingNode(Origin)
    {
        public override string Word => Value ? "true" : "false";
    }

    internal sealed record Nothing(Origin Origin) : SettingNode(Origin)
    {
        public override string Word => "null";
    }

    internal sealed record List(Origin Origin, IReadOnlyList<SettingNode> Items) : SettingNode(Origin)
    {
        public override string Word => "a list";
    }

    internal sealed record Group(Origin Origin, IReadOnlyList<Member> Members) : SettingNode(Origin)
    {
        public override string Word => "an object";
    }

    /// <summary>One key of an object, with the line of the key itself.</summary>
    internal sealed record Member(string Name, Origin Origin, SettingNode Value)
    {
        public override string ToString() => Name;
    }
}
