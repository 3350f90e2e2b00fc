using Reranking.Onnx.Models;

namespace Reranking.Onnx.Scoring;

/// <summary>Computes the raw score of an input from its output: higher is more relevant, and its sigmoid is the score.</summary>
/// <param name="logits">One number, one per label, or one per token of the vocabulary.</param>
internal delegate double LogitReader(ReadOnlySpan<float> logits);

/// <summary>The ways that logits become a score.</summary>
internal static class LogitReaders
{
    /// <summary>Returns the one that a cross-encoder needs.</summary>
    public static LogitReader Create(ModelProfile profile) => profile.RelevanceLogits switch
    {
        { Irrelevant: { } no, Relevant: int yes } => logits => (double)logits[yes] - logits[no],
        { Relevant: int label } when profile.LogitCount > 1 => Label(label),
        _ => static logits => logits[0],
    };

    /// <summary>The log-odds of a label against all the others, whose sigmoid is its softmax.</summary>
    public static LogitReader Label(int label) => logits =>
    {
        double highest = double.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            highest = i == label ? highest : Math.Max(highest, logits[i]);
        }

        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += i == label ? 0 : Math.Exp(logits[i] - highest);
        }

        return logits[label] - (highest + Math.Log(sum));
    };
}
