namespace Reranking.Onnx.Hub;

/// <summary>Writes small files so that other processes see all of it or nothing.</summary>
internal static class AtomicFile
{
    public static void WriteAllBytes(string path, byte[] content)
    {
        string temporary = path + ".tmp";
        using (FileStream stream = File.Create(temporary))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
