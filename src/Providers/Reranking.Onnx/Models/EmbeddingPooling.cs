namespace Reranking.Onnx;

/// <summary>How the rows of a bi-encoder's last layer become one embedding.</summary>
public enum EmbeddingPooling
{
    /// <summary>The row of the first token, <c>[CLS]</c>: the bge and gte families.</summary>
    Cls,

    /// <summary>The mean of the rows of all tokens: all-MiniLM and the e5 family.</summary>
    Mean,
}
