using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Reranking.Onnx;

/// <summary>Creates local cross-encoders from configuration: what <c>"Provider": "Onnx"</c> stands for.</summary>
/// <param name="logger">Receives the log lines of the scorers, or <see langword="null"/>.</param>
/// <param name="modelStore">Fetches models that are named, or <see langword="null"/> for a store with the default options.</param>
internal sealed class OnnxScorerProvider(ILogger<OnnxRelevanceScorer>? logger, ModelStore? modelStore = null) : RelevanceScorerProvider("Onnx")
{
    public const string ModelStoreKey = "ModelStore";

    private const string WholeNumber = "a whole number";

    // The binder stops at the first value that it can't read, with a message of its own; this finds all of them. A text is always read.
    private static readonly Dictionary<string, (Func<string, bool> IsReadable, string Expected)> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(OnnxScorerOptions.ModelPath)] = Text(),
        [nameof(OnnxScorerOptions.ModelFile)] = Text(),
        [nameof(OnnxScorerOptions.Output)] = Text(),
        [nameof(OnnxScorerOptions.ModelId)] = Text(),
        [nameof(OnnxScorerOptions.MaxInputTokens)] = Number(),
        [nameof(OnnxScorerOptions.MaxConcurrency)] = Number(),
        [nameof(OnnxScorerOptions.ExecutionProvider)] = OneOf<OnnxExecutionProvider>(),
        [nameof(OnnxScorerOptions.DeviceId)] = Number(),
        [nameof(OnnxScorerOptions.MaxBatchTokens)] = Number(),
        [nameof(OnnxScorerOptions.Model)] = Text(),
        [nameof(OnnxScorerOptions.Revision)] = Text(),
        [nameof(OnnxScorerOptions.LongDocuments)] = OneOf<LongDocumentMode>(),
        [nameof(OnnxScorerOptions.WindowTokens)] = Number(),
        [nameof(OnnxScorerOptions.WindowOverlap)] = (static value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            "a number"),
        [nameof(OnnxScorerOptions.MaxWindows)] = Number(),
        [nameof(OnnxScorerOptions.EarlyExit)] = Text(),
        [nameof(OnnxScorerOptions.Label)] = Text(),
        [nameof(OnnxScorerOptions.Calibration)] = OneOf<CalibrationMode>(),
        [nameof(OnnxScorerOptions.CalibrationFile)] = Text(),
        [nameof(OnnxScorerOptions.Prompt)] = Text(),
        [nameof(OnnxScorerOptions.Instruction)] = Text(),
        [nameof(OnnxScorerOptions.YesToken)] = Text(),
        [nameof(OnnxScorerOptions.NoToken)] = Text(),
    };

    public override IReadOnlyCollection<string> Keys => Settings.Keys;

    public override IReadOnlyCollection<string> RootKeys { get; } = [ModelStoreKey];

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed)
    {
        ArgumentNullException.ThrowIfNull(section);
        List<string> unreadable = [.. Settings
            .Select(setting => (Section: section.GetSection(setting.Key), setting.Value))
            .Where(static setting => setting.Section.Value is { Length: > 0 } value && !setting.Value.IsReadable(value))
            .Select(static setting => $"{setting.Section.Path} is {setting.Section.Value}; expected {setting.Value.Expected}.")];
        return unreadable.Count > 0 ? unreadable : OnnxModelOptionsValidation.Failures(Bind(section));
    }

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Validate(section, isUsed: true).FirstOrDefault() is { } failure
            ? throw new RelevanceScoringException(failure)
            : new OnnxRelevanceScorer(Bind(section), logger, modelStore);
    }

    private static OnnxScorerOptions Bind(IConfigurationSection section)
    {
        var options = new OnnxScorerOptions();
        section.Bind(options);
        options.SettingsPath = section.Path;
        return options;
    }

    private static (Func<string, bool> IsReadable, string Expected) Text() => (static _ => true, "a text");

    private static (Func<string, bool> IsReadable, string Expected) Number() =>
        (static value => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), WholeNumber);

    private static (Func<string, bool> IsReadable, string Expected) OneOf<TEnum>()
        where TEnum : struct, Enum => (static value => Enum.TryParse<TEnum>(value, ignoreCase: true, out _), KnownNames.Or(Enum.GetNames<TEnum>()));
}
