using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;

namespace Reranking.Onnx.Scoring;

/// <summary>
/// Known pairs that a model has to score as it did when its folder was created, so that a broken file, runtime or processor is found at start, not by users.
/// </summary>
internal static class SelfTest
{
    public static async Task RunAsync(CrossEncoder encoder)
    {
        ModelFolder folder = encoder.Profile.Folder;
        if (!File.Exists(folder.SelfTestFile))
        {
            return;
        }

        foreach ((SelfTestPair pair, int number) in Read(folder).Select(static (pair, index) => (pair, index + 1)))
        {
            using PairInputs pairs = PairInputs.Encode(encoder.Format, new PairQuery(pair.Query), [pair.Document], CancellationToken.None);
            if (pairs.IsTruncated(0))
            {
                continue;   // the settings allow fewer tokens than the pair has, so its score says nothing
            }

            if (pair.InputIds is { } expected && !pairs.Inputs.Ids(0).SequenceEqual(expected))
            {
                throw new RelevanceScoringException(
                    $"Model '{folder.ModelId}' fails pair {number} of '{folder.SelfTestFile}': its tokenizer returns other tokens than expected. " +
                    $"Restore the folder from its source, or check {folder.Options.ModelSetting}.");
            }

            RelevanceScores scores = await encoder
                .ScoreAsync(pairs, RunPlan.OneByOne(pairs.Inputs), isBackground: false, CancellationToken.None)
                .ConfigureAwait(false);
            double found = scores[0].RawValue;
            if (!(Math.Abs(found - pair.RawScore) <= pair.Tolerance))
            {
                throw new RelevanceScoringException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Model '{folder.ModelId}' fails pair {number} of '{folder.SelfTestFile}': " +
                    $"it returns {found:0.####}; expected {pair.RawScore:0.####} ± {pair.Tolerance:0.####}. " +
                    $"Restore the folder from its source, or check {folder.Options.ModelSetting}."));
            }
        }
    }

    private static SelfTestPair[] Read(ModelFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.SelfTestFile), SelfTestJsonContext.Default.SelfTestPairArray) is { Length: > 0 } pairs
                && Array.TrueForAll(pairs, static pair => pair is { Query: not null, Document: not null })
                ? pairs
                : throw new RelevanceScoringException(Unreadable(folder));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException(Unreadable(folder), exception);
        }
    }

    private static string Unreadable(ModelFolder folder) =>
        $"'{folder.SelfTestFile}' can't be read; expected an array of objects with query, document, rawScore, tolerance and, optionally, inputIds. " +
        "Restore the file or remove it.";
}

/// <summary>One pair of a self-test.</summary>
internal sealed record SelfTestPair
{
    public required string Query { get; init; }

    public required string Document { get; init; }

    public required double RawScore { get; init; }

    /// <summary>Gets how far the raw score may be off; quantized models differ between processors.</summary>
    public required double Tolerance { get; init; }

    public long[]? InputIds { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SelfTestPair[]))]
internal sealed partial class SelfTestJsonContext : JsonSerializerContext;
