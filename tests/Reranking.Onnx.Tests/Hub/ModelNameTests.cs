using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>What can stand in an address and in a path on every system.</summary>
public sealed class ModelNameTests
{
    private const string Sixty = "a23456789012345678901234567890123456789012345678901234567890";

    [Theory]
    [InlineData("owner/name", true)]
    [InlineData("a/b", true)]
    [InlineData("0wner/Name_1.2-x", true)]
    [InlineData("owner/_name", true)]
    [InlineData("_owner/name", false)]
    [InlineData("-owner/name", false)]
    [InlineData(".owner/name", false)]
    [InlineData("owner/-name", false)]
    [InlineData("owner/.name", false)]
    [InlineData("owner/name.", false)]
    [InlineData("owner/na..me", false)]
    [InlineData("ow--ner/name", false)]
    [InlineData("owner/na--me", false)]
    [InlineData("owner/name\n", false)]
    [InlineData("owner/näme", false)]
    [InlineData("owner/na me", false)]
    [InlineData("owner", false)]
    [InlineData("owner/", false)]
    [InlineData(Sixty + Sixty + "/name", false)]
    [InlineData("owner/" + Sixty + Sixty, false)]
    [InlineData(Sixty + "/" + Sixty, true)]
    public void Problem_Repository(string name, bool isValid) => Assert.Equal(isValid, ModelName.Problem(name) is null);

    [Theory]
    [InlineData("main", true)]
    [InlineData("v1.0", true)]
    [InlineData("_x", true)]
    [InlineData("a", true)]
    [InlineData("refs/pr/1", false)]
    [InlineData("-x", false)]
    [InlineData(".x", false)]
    [InlineData("x.", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("a\n", false)]
    [InlineData(Sixty + Sixty + "12345678", true)]     // 128
    [InlineData(Sixty + Sixty + "123456789", false)]
    public void IsRevision(string revision, bool expected) => Assert.Equal(expected, ModelName.IsRevision(revision));

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef01234567", true)]
    [InlineData("0123456789abcdef0123456789abcdef0123456", false)]
    [InlineData("0123456789abcdef0123456789abcdef012345678", false)]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567", false)]
    [InlineData("g123456789abcdef0123456789abcdef01234567", false)]
    [InlineData("0123456789abcdef0123456789abcdef01234567\n", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void IsCommit(string? revision, bool expected) => Assert.Equal(expected, ModelName.IsCommit(revision));

    [Theory]
    [InlineData("model.onnx", true)]
    [InlineData("onnx/model_q4-x.onnx_data", true)]
    [InlineData("a/b/c/d/e/f/g/h", true)]
    [InlineData("a/b/c/d/e/f/g/h/i", false)]
    [InlineData(".hidden", true)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", false)]
    [InlineData("a/..", false)]
    [InlineData("a/./b", false)]
    [InlineData("../a", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData("a\\b", false)]
    [InlineData("c:a", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("", false)]
    public void IsFile(string path, bool expected) => Assert.Equal(expected, ModelName.IsFile(path));
}
