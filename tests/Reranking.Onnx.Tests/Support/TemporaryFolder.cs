namespace Reranking.Onnx.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("reranking-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Replace(string name, string old, string with)
    {
        string text = System.IO.File.ReadAllText(File(name));
        Assert.Contains(old, text, StringComparison.Ordinal);
        System.IO.File.WriteAllText(File(name), text.Replace(old, with, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
