using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// The scalars of one JSON object, by name; the last of duplicate names is used. A name has the same meaning in every object of MISP.
/// Reused for the next object: a bit mask says which values belong to the current one.
/// </summary>
/// <param name="hasNumbers">Its ids, levels and counts are needed.</param>
/// <param name="poolsValues">Its "value" is often repeated.</param>
internal sealed class FieldValues(StringPool pool, bool hasNumbers = false, bool poolsValues = false)
{
    private const int Count = (int)Field.Warnings + 1;

    private readonly string?[] _texts = new string?[Count];
    private readonly long?[] _numbers = new long?[Count];
    private readonly DateTimeOffset?[] _times = new DateTimeOffset?[Count];
    private Guid? _uuid;
    private ulong _given;
    private ulong _on;

    public Guid? Uuid => Has(Field.Uuid) ? _uuid : null;

    /// <summary>A tag that must not leave: local, or not exportable. An inherited tag does not say which it is.</summary>
    public bool IsLocal => IsOn(Field.Local) || IsOn(Field.Inherited) || IsOn(Field.Exportable);

    public void Clear() => (_given, _on) = (0, 0);

    /// <summary>A scalar was read, even if it is null or invalid.</summary>
    public bool Has(Field field) => (_given & Bit(field)) != 0;

    public string? Text(Field field) => Has(field) ? _texts[(int)field] : null;
    public string? NonEmptyText(Field field) => Text(field) is { Length: > 0 } text ? text : null;
    public long? Number(Field field) => Has(field) ? _numbers[(int)field] : null;
    public int? SmallNumber(Field field) => Number(field) is { } value and >= int.MinValue and <= int.MaxValue ? (int)value : null;
    public DateTimeOffset? Time(Field field) => Has(field) ? _times[(int)field] : null;
    public bool IsOn(Field field) => (_on & Bit(field)) != 0;
    public void TurnOn(Field field) => _on |= Bit(field);

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        var index = (int)field;
        _given |= Bit(field);
        switch (field)
        {
            case Field.Uuid: _uuid = Scalar.Uuid(ref reader); break;
            case Field.Description when poolsValues: _texts[index] = Scalar.Text(ref reader); break;
            case Field.Value when !poolsValues: _texts[index] = Scalar.Text(ref reader); break;
            case Field.Info: _texts[index] = Scalar.Text(ref reader); break;
            case Field.Value or Field.Type or Field.Category or Field.Comment or Field.ObjectRelation or Field.Name or Field.TagName
                or Field.Orgc:
                _texts[index] = Scalar.Text(ref reader, pool);
                break;
            case Field.Timestamp or Field.PublishTimestamp: _times[index] = Scalar.Time(ref reader); break;
            case Field.FirstSeen or Field.LastSeen or Field.Date: _times[index] = Scalar.Moment(ref reader); break;
            case Field.ToIds or Field.Deleted or Field.Published or Field.Default or Field.Revoked:
                _on = Scalar.Flag(ref reader) ? _on | Bit(field) : _on & ~Bit(field);
                break;
            // A tag may have these twice, in itself and in its link; either suffices.
            case Field.Local or Field.Inherited when Scalar.Flag(ref reader): TurnOn(field); break;
            case Field.Exportable when Scalar.IsOff(ref reader): TurnOn(field); break;
            case Field.Warnings when Scalar.IsSomething(ref reader): TurnOn(field); break;
            case Field.Id or Field.OrgcId or Field.SharingGroupId or Field.AttributeCount or Field.ThreatLevelId or Field.Distribution
                or Field.Analysis when hasNumbers:
                _numbers[index] = Scalar.Integer(ref reader);
                break;
        }
    }

    private static ulong Bit(Field field) => 1UL << (int)field;
}
