namespace MispGraphSync.Core.Mapping;

/// <summary>
/// Raised whenever the same attribute would give other supports, so that everything is read and mapped again once.
/// </summary>
public static class MappingVersion
{
    public const int Current = 1;
}
