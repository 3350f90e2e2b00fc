namespace Reranking.AspNetCore.Endpoints;

/// <summary>Reads files that are part of the assembly.</summary>
internal static class EmbeddedFile
{
    /// <summary>Returns the content of a file.</summary>
    /// <param name="neighbor">A type of the same folder.</param>
    /// <param name="name">The name of the file.</param>
    public static byte[] Read(Type neighbor, string name)
    {
        using Stream resource = neighbor.Assembly.GetManifestResourceStream(neighbor, name)!;
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }
}
