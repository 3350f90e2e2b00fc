using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace RagChat.Retrieval;

/// <summary>Keeps the vectors of a set of passages on disk, so that only the first start has to embed them. It holds no text.</summary>
/// <remarks>The name of a file is a hash of the model's name and the texts: when either changes, the vectors are made anew.</remarks>
internal sealed class VectorFile
{
    private readonly string _path;
    private readonly int _count;

    private VectorFile(string path, int count) => (_path, _count) = (path, count);

    /// <summary>Gets the folder of the files, which may not exist: <c>reranking-samples</c> in the user's folder for the data of programs.</summary>
    public static string DefaultFolder { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "reranking-samples");

    /// <summary>Returns the file of these texts, which may not exist yet.</summary>
    /// <param name="model">The name of the model that embeds them.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="folder">The folder of the file; <see cref="DefaultFolder"/> by default.</param>
    public static VectorFile For(string model, IReadOnlyList<string> texts, string? folder = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in texts.Prepend(model))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));   // so that no two lists of texts run together
            hash.AppendData(bytes);
        }

        return new VectorFile(Path.Combine(folder ?? DefaultFolder, $"{Convert.ToHexStringLower(hash.GetHashAndReset())}.f32"), texts.Count);
    }

    /// <summary>Returns the vectors, in the order of the texts, or <see langword="null"/> if they are not on disk.</summary>
    public ReadOnlyMemory<float>[]? Read()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        float[] values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        if (values.Length == 0 || bytes.Length % (sizeof(float) * _count) != 0)
        {
            return null;
        }

        int size = values.Length / _count;
        return [.. Enumerable.Range(0, _count).Select(i => new ReadOnlyMemory<float>(values, i * size, size))];
    }

    /// <summary>Writes the vectors; a folder that cannot be written to costs the next start some time, and nothing else.</summary>
    public void Write(IEnumerable<ReadOnlyMemory<float>> vectors)
    {
        string part = $"{_path}.{Environment.ProcessId}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            using (FileStream stream = File.Create(part))
            {
                foreach (ReadOnlyMemory<float> vector in vectors)
                {
                    stream.Write(MemoryMarshal.AsBytes(vector.Span));
                }
            }

            File.Move(part, _path, overwrite: true);   // another process sees the whole file or none
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost but time.
        }
    }
}
