namespace MispGraphSync.Destinations.Graph;

/// <summary>One observable property of a tiIndicator: a text, or a number where <see cref="Text"/> is null.</summary>
internal readonly record struct GraphField(string Name, string? Text, long Number = 0)
{
    public override string ToString() => Text is null ? $"{Name}={Number}" : $"{Name}={Text}";
}
