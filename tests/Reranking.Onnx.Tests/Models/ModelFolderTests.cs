using System.Text.Json;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

/// <summary>Folders as people have them: an ONNX file as the path, other names, several files, pointers.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private const string Expected = "A model folder holds model.onnx, tokenizer.json and config.json.";

    private static readonly string[] Found = ["model.data", "model.onnx.data", "model.onnx_data", "sub/weights", "weights_0", "weights_1"];

    private readonly TemporaryFolder _folder = TestModels.Unpack();

    private string Name => Path.GetFileName(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_PathOfTheOnnxFile_ScoresAsItsFolderDoes()
    {
        using var ofFolder = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.Path });
        using var ofFile = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = _folder.File("model.onnx") });
        Assert.Equal(Name, ofFile.GetService<RelevanceScorerMetadata>()!.ModelId);

        RelevanceScores scores = await ofFile.ScoreAsync("query", ["document"]);

        Assert.Equal(Name, scores.ModelId);
        Assert.Equal((await ofFolder.ScoreAsync("query", ["document"]))[0], scores[0]);
    }

    [Theory]
    [InlineData("model_quantized.onnx", "")]
    [InlineData("onnx/model.onnx", "")]
    [InlineData("onnx/MODEL_Q4.ONNX", "")]
    [InlineData("onnx/model.onnx", "onnx")]   // with the other files beside it
    public void Open_PathOfAnOnnxFile_FindsTheOthersBesideItOrAbove(string file, string home)
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Move(_folder.File("model.onnx"), _folder.File(file));
        foreach (string other in (string[])["tokenizer.json", "config.json"])
        {
            File.Move(_folder.File(other), Path.Combine(_folder.File(home), other));
        }

        ModelFolder found = Open(_folder.File(file));

        Assert.Equal(Path.GetFullPath(_folder.File(file)), Path.GetFullPath(found.ModelFile));
        Assert.Equal(Path.TrimEndingDirectorySeparator(_folder.File(home)), found.Path);
        Assert.Equal(Name, found.ModelId);
    }

    [Fact]
    public void ReadTokenizer_DamagedFile_NamesTheFileAndTheSetting()
    {
        string path = _folder.File("tokenizer.json");
        File.WriteAllText(path, "{ \"model\"");
        ModelFolder folder = Open(_folder.Path);

        RelevanceScoringException exception = Assert.Throws<RelevanceScoringException>(() => folder.ReadTokenizer());

        Assert.Equal(
            $"'{path}' is damaged at line 1, byte 10; expected the tokenizer.json of a model. Check {folder.Options.ModelSetting}.",
            exception.Message);
        Assert.False(exception.IsTransient);
        Assert.IsAssignableFrom<JsonException>(exception.InnerException);
    }

    [Theory]
    [InlineData("model_quantized.onnx")]
    [InlineData("onnx/model_quantized.onnx")]
    [InlineData("onnx/any.onnx")]
    [InlineData("other.ONNX")]
    public void Open_OnlyOneOnnxFile_TakesIt(string file)
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Move(_folder.File("model.onnx"), _folder.File(file));

        Assert.Equal(_folder.File(file), Open(_folder.Path).ModelFile);
    }

    [Fact]
    public void Open_SeveralOnnxFiles_ListsThem()
    {
        Directory.CreateDirectory(_folder.File("onnx"));
        File.Move(_folder.File("model.onnx"), _folder.File("onnx/model_q4.onnx"));
        File.Copy(_folder.File("onnx/model_q4.onnx"), _folder.File("onnx/model_int8.onnx"));
        File.Copy(_folder.File("onnx/model_q4.onnx"), _folder.File("b.onnx"));

        Assert.Equal(
            $"The model folder '{_folder.Path}' has no model.onnx and no onnx/model.onnx. It has b.onnx, onnx/model_int8.onnx, onnx/model_q4.onnx. " +
            "Set OnnxScorerOptions:ModelFile to one of them.",
            Failure(_folder.Path));
        Assert.Equal(_folder.File("onnx/model_q4.onnx"), Open(_folder.Path, options => options.ModelFile = "onnx/model_q4.onnx").ModelFile);
    }

    [Fact]
    public void Open_MoreOnnxFilesThanAMessageHolds_ListsTheFirst()
    {
        File.Delete(_folder.File("model.onnx"));
        for (int i = 10; i < 35; i++)
        {
            File.WriteAllText(_folder.File($"m{i}.onnx"), "");
        }

        Assert.Equal(
            $"The model folder '{_folder.Path}' has no model.onnx and no onnx/model.onnx. "
            + $"It has {string.Join(", ", Enumerable.Range(10, 20).Select(i => $"m{i}.onnx"))}, and others. Set OnnxScorerOptions:ModelFile to one of them.",
            Failure(_folder.Path));
    }

    [Fact]
    public void Open_ModelFileThatIsNotThere_ListsWhatIsAndTakesNoOther() => Assert.Equal(
        $"The model folder '{_folder.Path}' has no onnx/other.onnx. It has model.onnx. Set OnnxScorerOptions:ModelFile to one of them.",
        Failure(_folder.Path, options => options.ModelFile = "onnx/other.onnx"));

    [Fact]
    public void Open_OnnxFileThatIsNotThere_ListsWhatIs() => Assert.Equal(
        $"The model folder '{_folder.Path}' has no other.onnx. It has model.onnx. Set OnnxScorerOptions:ModelFile to one of them.",
        Failure(_folder.File("other.onnx")));

    [Fact]
    public void Open_UsualNameBesideOthers_IsTaken()
    {
        File.Copy(_folder.File("model.onnx"), _folder.File("a.onnx"));

        Assert.Equal(_folder.File("model.onnx"), Open(_folder.Path).ModelFile);
    }

    [Fact]
    public void Open_AFileThatIsNoModel_SaysSo() => Assert.Equal(
        $"'{_folder.File("config.json")}' is a file; expected a model folder or an ONNX file. {Expected} Set OnnxScorerOptions:ModelPath to one.",
        Failure(_folder.File("config.json")));

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    public void Open_PointerOfGitLfs_IsNamed(string file)
    {
        File.WriteAllText(_folder.File(file), "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 90868376\n");

        Assert.Equal(
            $"'{_folder.File(file)}' is a pointer of Git LFS, not the file itself; expected the file. Run 'git lfs pull' in its repository, "
            + "or download it, or check OnnxScorerOptions:ModelPath.",
            Failure(_folder.Path));
    }

    [Theory]
    [InlineData("/models/mine", "mine")]
    [InlineData("/models/mine/", "mine")]
    [InlineData("/models/mine/model.onnx", "mine")]
    [InlineData("/models/mine/onnx/model_q4.ONNX", "mine")]
    [InlineData("/models/mine/onnx", "onnx")]
    [InlineData("/models/mine/other/model.onnx", "other")]
    [InlineData("mine", "mine")]
    [InlineData("model.onnx", "model.onnx")]
    public void NameOf_FolderOrFile_IsThatOfTheFolder(string path, string expected) => Assert.Equal(expected, ModelFolder.NameOf(path));

    [Fact]
    public void FindExternalData_NamesOfTheGraphAndOfExporters_AreThoseThatAreThereAndBesideIt()
    {
        string[] names = ["weights_0", "weights_1", "model.onnx.data", "missing", "../outside", "/etc/hostname", "sub/weights"];
        OnnxWriter[] tensors = [.. names.Select(OnnxWriter.ExternalTensor)];
        File.WriteAllBytes(_folder.File("model.onnx"), OnnxWriter.Model([OnnxWriter.Node("Identity", ["input_ids"], "logits")], tensors, ("logits", [-1, -2])));
        Directory.CreateDirectory(_folder.File("sub"));
        foreach (string file in (string[])["weights_0", "weights_1", "weights_2", "sub/weights", "model.onnx.data", "model.onnx_data", "model.data"])
        {
            File.WriteAllText(_folder.File(file), file);
        }

        Assert.Equal(
            Found.Select(_folder.File).Order(StringComparer.Ordinal),
            Open(_folder.Path).FindExternalData().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("model.onnx", "a.onnx", "OnnxScorerOptions:ModelFile is a.onnx; expected none, as OnnxScorerOptions:ModelPath names the ONNX file.")]
    public void Constructor_ModelFileBesideThePathOfAFile_IsRefused(string path, string file, string expected)
    {
        var exception = Assert.Throws<ArgumentException>(() => new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = path, ModelFile = file }));

        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    private static ModelFolder Open(string path, Action<OnnxScorerOptions>? configure = null)
    {
        OnnxScorerOptions options = new() { ModelPath = path };
        configure?.Invoke(options);
        return ModelFolder.Open(path, options);
    }

    private static string Failure(string path, Action<OnnxScorerOptions>? configure = null) =>
        Assert.Throws<RelevanceScoringException>(() => Open(path, configure)).Message;
}
