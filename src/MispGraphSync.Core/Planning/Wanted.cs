namespace MispGraphSync.Core.Planning;

/// <summary>What the sources of a key say of it.</summary>
internal struct Wanted
{
    public bool HasSource;
    public bool HasUnread;
    public bool IsActive;
    public bool IsAged;
    public bool IsFresh;
}
