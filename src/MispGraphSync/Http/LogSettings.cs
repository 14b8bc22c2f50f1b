namespace MispGraphSync.Http;

/// <summary>Where logs go, and how much is kept.</summary>
public sealed record LogSettings
{
    public string Directory { get; init; } = "logs";

    public RequestLogging Requests { get; init; } = RequestLogging.All;

    public LogFormat Format { get; init; } = LogFormat.Text;

    public int RetentionDays { get; init; } = 30;
}

/// <summary>Which request attempts leave a file.</summary>
public enum RequestLogging
{
    All,
    Errors,
    None,
}

/// <summary>How the application log is written.</summary>
public enum LogFormat
{
    Text,

    /// <summary>Serilog's compact JSON, an object a line.</summary>
    Json,
}
