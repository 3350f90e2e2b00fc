using Reranking.Onnx.Models;
using Reranking.Onnx.Tests;

namespace Reranking.Onnx.EarlyExit.Tests;

/// <summary>What is not made for the model is refused with the file, what was found, what was expected and what to do.</summary>
public sealed class EarlyExitFileTests : IDisposable
{
    private const string Build =
        "Build it again for this model with EarlyExitBuilder of the package Reranking.Onnx.EarlyExit, or set OnnxScorerOptions:EarlyExit to Off.";

    private readonly TemporaryFolder _folder = TestModels.Unpack("bert/model");

    public static TheoryData<string, string, string> Damages => new()
    {
        { "\"formatVersion\": 1", "\"formatVersion\": 2", "'{json}' has formatVersion 2; expected 1. {build}" },
        { "\"formatVersion\": 1", "\"formatVersion\": \"1\"", "'{json}' has formatVersion none; expected 1. {build}" },
        { "\"formatVersion\": 1,", "", "'{json}' has formatVersion none; expected 1. {build}" },
        { "cls documentMean", "documentMean", "'{json}' has the features 'documentMean queryMean product absoluteDifference maxSim'; expected '*" },
        { "\"plan\": \"1:50\"", "\"plan\": \"half\"", "'{json}' has the plan 'half'; expected layers and how many of 100 stay, as 2:60 5:25. {build}" },
        { "\"topN\": 10", "\"topN\": 51", "'{json}' has topN 51; expected 1 to 50. {build}" },
        { "\"layer\": 1", "\"layer\": 9", "'{json}' has exits after the layers 9; expected increasing numbers from 1 to *" },
        {
            "\"error\": 1", "\"error\": 1e400",
            "'{json}' has a bias or an error that is not a finite number, or an error below 0; expected finite numbers. {build}"
        },
        {
            "early-exit.part1", "early-exit\\u0000part1",
            "'{json}' has a file with a null character in its name; expected the name of a file. {build}"
        },
        { "\"hiddenSize\": 32", "\"hiddenSize\": 0", "'{json}' has hiddenSize 0; expected 1 to 65536. {build}" },
        { "\"hiddenSize\": 32", "\"hiddenSize\": 16", "'{folder}early-exit.f32' has 644 bytes; expected 324, 81 weights for each of 1 probes. {build}" },
        { "\"measured\": null", "\"measured\": null, \"more\": 1", "'{json}' can't be read: *" },
        { "\"plan\": \"1:50\",", "", "'{json}' can't be read: *" },

        // The last one of a name counts.
        { "\"plan\":", "\"exits\": [null], \"plan\":", "'{json}' has an exit without a boundary; expected the name of a tensor. {build}" },
        {
            "\"plan\":", "\"exits\": [{ \"layer\": 1, \"bias\": 0, \"error\": 0 }], \"plan\":",
            "'{json}' has an exit without a boundary; expected the name of a tensor. {build}"
        },
        { "\"plan\":", "\"parts\": [null, null], \"plan\":", "'{json}' has a file without a name or a hash; expected both. {build}" },
        { "\"plan\":", "\"weights\": { \"file\": \"a\" }, \"plan\":", "'{json}' has a file without a name or a hash; expected both. {build}" },
        { "\"plan\":", "\"source\": { \"sha256\": \"a\" }, \"plan\":", "'{json}' has a file without a name or a hash; expected both. {build}" },
        { "{", "[", "'{json}' can't be read: *" },
        { "{", "{ \"\\uD800\": 1,", "'{json}' can't be read: *" },
        { "\"sha256\": \"", "\"sha256\": \"00", "'{folder}model.onnx' has the SHA-256 *, but '{json}' was made for 00*. {build}" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoFile_SaysWhichSettingAsksForIt()
    {
        Assert.Equal($"OnnxScorerOptions:EarlyExit is On, but '{_folder.File("early-exit.json")}' is missing. {Build}", Failure("On"));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void Read_ManifestThatIsNotTheModels_NamesIt(string old, string with, string expected)
    {
        EarlyExitModels.Build(_folder.Path, layers: [1]);
        string json = File.ReadAllText(_folder.File("early-exit.json"));
        int index = json.IndexOf(old, StringComparison.Ordinal);
        Assert.True(index >= 0, json);
        File.WriteAllText(_folder.File("early-exit.json"), string.Concat(json.AsSpan(0, index), with, json.AsSpan(index + old.Length)));

        Matches(expected, Failure("On"));
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("early-exit.f32")]
    [InlineData("early-exit.part1")]
    [InlineData("early-exit.part2")]
    public void Read_FileThatChanged_NamesItAndBothHashes(string file)
    {
        EarlyExitModels.Build(_folder.Path, layers: [1]);
        using (FileStream stream = File.Open(_folder.File(file), FileMode.Append))
        {
            stream.WriteByte(0);
        }

        Matches($"'{{folder}}{file}' has the SHA-256 *, but '{{json}}' was made for *. {{build}}", Failure("On"));
    }

    [Fact]
    public void Read_PartThatIsMissing_NamesIt()
    {
        EarlyExitModels.Build(_folder.Path, layers: [1]);
        File.Delete(_folder.File("early-exit.part2"));

        Matches("'{json}' can't be read: *early-exit.part2*", Failure("On"));
    }

    [Fact]
    public void Read_PlanWithAnotherLayer_NamesThoseThatThereAre()
    {
        EarlyExitModels.Build(_folder.Path, layers: [1]);

        Assert.Equal(
            $"OnnxScorerOptions:EarlyExit is 7:20, but '{_folder.File("early-exit.json")}' has no probe after layer 7; expected layers out of 1. "
            + "Change the plan, or build the file again with that layer.",
            Failure("7:20"));
    }

    private string Failure(string setting) =>
        Assert.Throws<RelevanceScoringException>(() => EarlyExitFile.Read(EarlyExitModels.Open(_folder.Path, setting), setting)).Message;

    // A star stands for anything.
    private void Matches(string expected, string actual)
    {
        string[] parts = expected
            .Replace("{json}", _folder.File("early-exit.json"), StringComparison.Ordinal)
            .Replace("{folder}", _folder.Path + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            .Replace("{build}", Build, StringComparison.Ordinal)
            .Split('*');
        Assert.StartsWith(parts[0], actual, StringComparison.Ordinal);
        Assert.EndsWith(parts[^1], actual, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, actual, StringComparison.Ordinal));
    }
}
