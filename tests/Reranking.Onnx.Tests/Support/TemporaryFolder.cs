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

    /// <summary>Replaces all occurrences in a binary file, so that its lengths stay.</summary>
    public void ReplaceBytes(string name, ReadOnlySpan<byte> old, ReadOnlySpan<byte> with)
    {
        Assert.Equal(old.Length, with.Length);
        byte[] data = System.IO.File.ReadAllBytes(File(name));
        int replaced = 0;
        for (int next = data.AsSpan().IndexOf(old); next >= 0; next = data.AsSpan().IndexOf(old))
        {
            with.CopyTo(data.AsSpan(next));
            replaced++;
        }

        Assert.True(replaced > 0);
        System.IO.File.WriteAllBytes(File(name), data);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
