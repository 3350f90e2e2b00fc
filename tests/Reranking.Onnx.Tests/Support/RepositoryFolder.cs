namespace Reranking.Onnx.Tests;

/// <summary>The files of the repository that the tests read.</summary>
internal static class RepositoryFolder
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Plugin.sln")) ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository."));
}
