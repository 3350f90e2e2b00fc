namespace Reranking.Onnx.Models;

/// <summary>Remembers with an exception which file of a model could not be read, so that a store can fetch that file again.</summary>
internal static class ModelFileFailure
{
    private const string Key = "Reranking.Onnx.File";

    /// <summary>Notes the file, and returns the exception.</summary>
    public static RelevanceScoringException Mark(RelevanceScoringException exception, string path)
    {
        exception.Data[Key] = path;
        return exception;
    }

    /// <summary>Returns the file that could not be read, or <see langword="null"/> if something else is the cause.</summary>
    public static string? FileOf(RelevanceScoringException exception) => exception.Data[Key] as string;
}
