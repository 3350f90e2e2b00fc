using System.Text;
using Reranking.Onnx.Models;

namespace Reranking.Onnx.Tests;

public sealed class ModelFileContentTests
{
    private const string Model = "onnx/model.onnx";
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

    [Theory]
    [InlineData("config.json", "{\"model_type\":\"bert\"}", null)]
    [InlineData("config.json", "{}", null)]
    [InlineData("config.json", "{\"model_type\":\"bert\",\"error\":\"no\"}", null)]          // a model may have any other setting
    [InlineData("config.json", "{\"architectures\":[],\"detail\":1}", null)]
    [InlineData("tokenizer_config.json", "{\"tokenizer_class\":\"B\",\"errors\":\"replace\"}", null)]   // which GPT-2's has
    [InlineData("tokenizer.json", "{\"model\":{}}", null)]
    [InlineData("tokenizer.json", "{\"model\":{},\"error\":1}", null)]
    [InlineData("tokenizer.json", "{\"version\":\"1.0\"}", "is JSON without the model of a tokenizer")]
    [InlineData("sub/tokenizer.json", "{\"version\":\"1.0\"}", "is JSON without the model of a tokenizer")]
    [InlineData("tokenizer.json", "{\"error\":\"Invalid credentials\"}", "is JSON without the model of a tokenizer")]
    [InlineData("config.json", "{\"error\":\"Repository not found\"}", "is an error in JSON")]
    [InlineData("config.json", "{\"errors\":[{\"code\":404}]}", "is an error in JSON")]
    [InlineData("config.json", "{\"detail\":\"Not Found\"}", "is an error in JSON")]
    [InlineData("config.json", "{\"erro\\ud800\":1}", "is JSON with a name that is not valid Unicode")]
    [InlineData("tokenizer.json", "{\"mode\\udc00\":1}", "is JSON with a name that is not valid Unicode")]
    [InlineData("config.json", "[]", "is not a JSON object")]
    [InlineData("config.json", "null", "is not a JSON object")]
    [InlineData("config.json", "\"Not found\"", "is not a JSON object")]
    [InlineData("config.json", "{\"model_type\":", "is not complete JSON")]
    [InlineData("config.json", "Not found", "is not complete JSON")]
    [InlineData("config.json", "", "is empty")]
    [InlineData("config.json", "<html>", "is an HTML page")]
    [InlineData("config.json", "<!DOCTYPE html>", "is an HTML page")]
    [InlineData("CONFIG.JSON", " \r\n\t<!doctype HTML>", "is an HTML page")]
    [InlineData("config.json", "\ufeff<HTML lang=en>", "is an HTML page")]
    [InlineData("config.json", "<?xml version=\"1.0\"?><Error/>", "is an HTML page")]
    [InlineData("config.json", "<head>", "is an HTML page")]
    [InlineData("config.json", "<body>", "is an HTML page")]
    [InlineData("config.json", "<!-- x -->", "is an HTML page")]
    [InlineData("config.json", Pointer, "is a pointer of Git LFS, not the file itself")]
    [InlineData(Model, Pointer, "is a pointer of Git LFS, not the file itself")]
    [InlineData(Model, "<html>", "is an HTML page")]
    [InlineData(Model, "{\"error\":\"x\"}", "is JSON, not an ONNX model")]
    [InlineData(Model, " \n{", "is JSON, not an ONNX model")]
    [InlineData(Model, "Not found", "is not a complete ONNX model")]
    [InlineData("model.ONNX", "<", "is not a complete ONNX model")]
    [InlineData(Model, "", "is empty")]
    [InlineData("onnx/model.onnx_data", "any weights", null)]
    [InlineData("onnx/model.onnx_data", "<htm", null)]
    [InlineData("onnx/model.onnx_data", "", "is empty")]
    [InlineData("onnx/model.onnx_data", "<html></html>", "is an HTML page")]
    [InlineData("onnx/model.onnx_data", Pointer, "is a pointer of Git LFS, not the file itself")]
    public void Problem_EachKindOfContent_SaysWhatItIs(string name, string content, string? expected)
    {
        Assert.Equal(expected, ModelFileContent.Problem(new MemoryStream(Encoding.UTF8.GetBytes(content)), name));

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), content);
        Assert.Equal(expected, ModelFileContent.Problem(folder.File("file"), name));
    }

    [Fact]
    public void Problem_RealFiles_HaveNone()
    {
        foreach (string file in (string[])["model.onnx", "config.json", "tokenizer.json"])
        {
            Assert.Null(ModelFileContent.Problem(Path.Combine(TestModels.Bundled, file), file));
            Assert.Null(ModelFileContent.Problem(Path.Combine(TestModels.BiEncoder, file), file));
        }
    }

    [Fact]
    public void Problem_JsonNestedTooDeep_IsNoFileOfAModel() => Assert.Equal(
        "is not complete JSON",
        ModelFileContent.Problem(new MemoryStream(Encoding.UTF8.GetBytes(new string('[', 100_000))), "config.json"));

    [Theory]
    [InlineData("config.json", 128L << 20)]
    [InlineData("tokenizer.JSON", 128L << 20)]
    [InlineData("onnx/model.onnx", int.MaxValue)]
    [InlineData("onnx/model.ONNX", int.MaxValue)]
    [InlineData("onnx/model.onnx_data", 64L << 30)]
    [InlineData("weights.bin", 64L << 30)]
    public void LimitOf_EachKindOfFile_IsBeyondAnyThatThereIs(string name, long expected) => Assert.Equal(expected, ModelFileContent.LimitOf(name));

    [Theory]
    [InlineData(Pointer, true)]
    [InlineData("version https://git-lfs.github.com/spec/", true)]
    [InlineData("version https://git-lfs.github.com/spec", false)]
    [InlineData("", false)]
    [InlineData("a model", false)]
    public void IsLfsPointer_ByItsFirstLine(string content, bool expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), content);

        Assert.Equal(expected, ModelFileContent.IsLfsPointer(folder.File("file")));
    }
}
