using System.IO.Compression;

namespace Reranking.Tool.Tests.Support;

/// <summary>A cross-encoder of four megabytes, which scores hundreds of pairs in a second on any machine.</summary>
internal static class TinyModel
{
    /// <summary>Creates a folder with the model in <c>model</c>.</summary>
    public static TempFolder Unpack()
    {
        var folder = new TempFolder();
        string data = Path.Combine(AppContext.BaseDirectory, "Data", "bert");
        folder.Write("model/config.json", File.ReadAllText(Path.Combine(data, "config.json")));
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8", "tokenizer.json"), folder.PathOf("model/tokenizer.json"));
        using var unzipped = new GZipStream(File.OpenRead(Path.Combine(data, "model.onnx.gz")), CompressionMode.Decompress);
        using FileStream target = File.Create(folder.PathOf("model/model.onnx"));
        unzipped.CopyTo(target);
        return folder;
    }
}
