using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Output.Explain;
using MispGraphSync.Policies;

namespace MispGraphSync.Output;

/// <summary>The JSON that the tool prints; docs/json.md describes it. Keys are added, never changed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(TimeConverter), typeof(SkipReasonConverter), typeof(FindingKindConverter), typeof(IndicatorStateConverter)])]
[JsonSerializable(typeof(RunJson))]
[JsonSerializable(typeof(PlanStepJson))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(PastReport))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(VerifyJson))]
[JsonSerializable(typeof(FindingJson))]
[JsonSerializable(typeof(RejectedItem))]
[JsonSerializable(typeof(CheckJson))]
[JsonSerializable(typeof(PolicyTestResult))]
[JsonSerializable(typeof(PolicyExplanation))]
[JsonSerializable(typeof(HitsJson))]
[JsonSerializable(typeof(HitJson))]
internal sealed partial class OutputJson : JsonSerializerContext;

/// <summary>Writes values, also as keys, by their stable texts.</summary>
internal abstract class TextConverter<T>(Func<T, string> text) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(text(value));

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(text(value));
}

internal sealed class TimeConverter() : TextConverter<DateTimeOffset>(Times.Iso);

internal sealed class SkipReasonConverter() : TextConverter<SkipReason>(static reason => reason.Slug());

internal sealed class FindingKindConverter() : TextConverter<FindingKind>(static kind => kind.Slug());

internal sealed class IndicatorStateConverter() : TextConverter<IndicatorState>(IndicatorStates.Slug);

/// <summary>Writes bytes that are JSON already.</summary>
internal sealed class RawJsonConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.IsEmpty ? "null"u8 : value.Span, skipInputValidation: true);
}
