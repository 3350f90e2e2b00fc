using System.Text;
using System.Text.Json.Nodes;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

public sealed class ModelManifestTests
{
    private const string Valid = """
        {
          "model": "tests/tiny", "repository": "tests/tiny", "revision": "main", "commit": null, "endpoint": "https://huggingface.co/",
          "files": [
            { "path": "onnx/model.onnx", "length": 5, "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "trust": "Endpoint" },
            { "path": "config.json", "length": 0, "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "trust": "FirstUse" }
          ]
        }
        """;

    [Fact]
    public void Parse_AsTheStoreWritesIt_KnowsItsFiles()
    {
        ModelManifest manifest = Parse(Valid)!;

        Assert.Equal(("tests/tiny", "main", 2), (manifest.Repository, manifest.Revision, manifest.Files.Count));
        Assert.Equal((5, ModelFileTrust.Endpoint), (manifest.Find("onnx/model.onnx")!.Length, manifest.Find("onnx/model.onnx")!.Trust));
        Assert.Null(manifest.Find("tokenizer.json"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("{ \"files\": [] }")]
    public void Parse_OtherJson_IsNone(string json) => Assert.Null(Parse(json));

    [Theory]
    [InlineData("files", "null")]
    [InlineData("files", "[ null ]")]
    [InlineData("files", "[ {} ]")]
    [InlineData("files", "7")]
    [InlineData("files.path", "null")]
    [InlineData("files.path", "\"\"")]
    [InlineData("files.path", "\"../../etc/passwd\"")]
    [InlineData("files.path", "\"/etc/passwd\"")]
    [InlineData("files.path", "\"a/../b\"")]
    [InlineData("files.path", "\"c:\\\\x\"")]
    [InlineData("files.path", "\"a\\u0000b\"")]
    [InlineData("files.path", "\"config.json\"")]                 // twice
    [InlineData("files.length", "-1")]
    [InlineData("files.length", "1099511627777")]
    [InlineData("files.length", "9223372036854775807")]
    [InlineData("files.length", "1e400")]
    [InlineData("files.length", "null")]
    [InlineData("files.length", "\"5\"")]
    [InlineData("files.sha256", "null")]
    [InlineData("files.sha256", "\"\"")]
    [InlineData("files.sha256", "\"0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\"")]
    [InlineData("files.sha256", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\"")]
    [InlineData("files.sha256", "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefa\"")]
    [InlineData("files.trust", "\"Nobody\"")]
    [InlineData("files.trust", "17")]
    [InlineData("files.trust", "null")]
    public void Parse_FieldThatTheStoreNeverWrites_IsNone(string field, string value)
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        string[] steps = field.Split('.');
        if (steps is [_, var name])
        {
            json["files"]![0]![name] = JsonNode.Parse(value);
        }
        else
        {
            json[field] = JsonNode.Parse(value);
        }

        Assert.Null(Parse(json.ToJsonString()));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public void Parse_ManyFiles_IsReadUpToALimit(int count, bool expected)
    {
        JsonNode json = JsonNode.Parse(Valid)!;
        JsonNode file = json["files"]![0]!;
        json["files"] = new JsonArray([.. Enumerable.Range(0, count).Select(i =>
        {
            JsonNode other = file.DeepClone();
            other["path"] = $"file{i}";
            return other;
        })]);

        Assert.Equal(expected, Parse(json.ToJsonString()) is not null);
    }

    [Fact]
    public void TryRead_NoFolderNoFileOrAHugeOne_IsNone()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ModelManifest.TryRead(folder.Path));
        Assert.Null(ModelManifest.TryRead(folder.File("none")));

        string path = folder.File(ModelManifest.FileName);
        File.WriteAllText(path, Valid);
        Assert.NotNull(ModelManifest.TryRead(folder.Path));
        File.WriteAllText(path, Valid + new string(' ', 1 << 20));
        Assert.Null(ModelManifest.TryRead(folder.Path));
    }

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        ModelManifest manifest = Parse(Valid)!;

        manifest.Write(folder.Path);

        Assert.Equal(manifest.Files, ModelManifest.TryRead(folder.Path)!.Files);
        Assert.Equal(manifest with { Files = [] }, ModelManifest.TryRead(folder.Path)! with { Files = [] });
    }

    private static ModelManifest? Parse(string json) => ModelManifest.Parse(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
