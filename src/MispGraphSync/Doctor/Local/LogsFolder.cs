using MispGraphSync.Http;

namespace MispGraphSync.Doctor.Local;

/// <summary>The log folder, looked at before anything is sent: the doctor's own requests are recorded there too, where they can be.</summary>
internal sealed class LogsFolder
{
    public LogsFolder(LogSettings settings)
    {
        Settings = settings;
        try
        {
            WritableFolder.Probe(settings.Directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Fault = fault.Message;
        }
    }

    public LogSettings Settings { get; }

    /// <summary>Why nothing can be written; null when it can.</summary>
    public string? Fault { get; }

    /// <summary>The settings by which the doctor's own requests are recorded.</summary>
    public LogSettings Usable => Fault is null ? Settings : Settings with { Requests = RequestLogging.None };
}
