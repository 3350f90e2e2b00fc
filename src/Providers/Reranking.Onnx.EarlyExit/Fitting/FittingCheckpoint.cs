using System.Security.Cryptography;

namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>What is known after some of the queries, in a file, so that an interrupted build goes on there.</summary>
/// <param name="path">The file.</param>
/// <param name="fingerprint">What the sums depend on: those of another model or of other texts are not taken.</param>
internal sealed class FittingCheckpoint(string path, byte[] fingerprint)
{
    private const uint Magic = 0x31454552;   // "REE1"

    /// <summary>Writes the file, whole or not at all.</summary>
    public void Save(int done, IReadOnlyList<NormalEquations> equations)
    {
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
        using (var writer = new BinaryWriter(new BufferedStream(file, 1 << 20)))
        {
            writer.Write(Magic);
            writer.Write(fingerprint);
            writer.Write(done);
            foreach (NormalEquations equation in equations)
            {
                equation.Write(writer);
            }

            writer.Flush();
            file.Flush(flushToDisk: true);   // before the name points to it, or a power failure could leave the name without the content
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads the file, if it is there and belongs to the same build.</summary>
    /// <returns>How many queries are done.</returns>
    public int TryLoad(IReadOnlyList<NormalEquations> equations)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        long size = sizeof(uint) + fingerprint.Length + sizeof(int) + equations.Sum(static equation => sizeof(long) + (sizeof(double) * SizeOf(equation)));
        if (reader.BaseStream.Length != size || reader.ReadUInt32() != Magic || !reader.ReadBytes(fingerprint.Length).AsSpan().SequenceEqual(fingerprint))
        {
            return 0;
        }

        int done = reader.ReadInt32();
        foreach (NormalEquations equation in equations)
        {
            equation.Read(reader);
        }

        return done;
    }

    public void Delete()
    {
        File.Delete(path);
        File.Delete(path + ".tmp");
    }

    /// <summary>Computes the fingerprint of a build.</summary>
    public static byte[] Fingerprint(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(part.AsSpan()));
        }

        return hash.GetHashAndReset();
    }

    private static long SizeOf(NormalEquations equation) => 1 + (2L * equation.Size) + ((long)equation.Size * equation.Size);
}
