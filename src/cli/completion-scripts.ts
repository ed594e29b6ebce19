/** What a shell runs to complete a command line of `opsbro`, by the name of the shell. Each asks the program itself. */
export const COMPLETION_SCRIPTS: ReadonlyMap<string, string> = new Map([
  [
    'bash',
    `_opsbro() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local typed="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  local candidate
  while IFS= read -r candidate; do
    [ -n "$candidate" ] && COMPREPLY+=("$(printf '%q' "$candidate")")
  done < <(EXEC_COMPLETION=lines "\${COMP_WORDS[0]}" "\${words[@]}" 2>/dev/null)
  # Bash takes a colon for the end of a word.
  if [[ "$typed" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    local begin="\${typed%"\${typed##*:}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$begin"}")
  fi
  case "\${COMPREPLY[*]}" in
    :files) COMPREPLY=(); compopt -o default ;;
    :folders) COMPREPLY=(); compopt -o dirnames ;;
    *.) compopt -o nospace ;;
  esac
}
complete -F _opsbro opsbro
`,
  ],
  [
    'zsh',
    `#compdef opsbro
_opsbro() {
  local -a candidates
  # Without quotes around it all an empty answer is no candidate.
  candidates=(\${(f)"$(EXEC_COMPLETION=lines \${words[1]} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)"})
  case "$candidates" in
    :files) compset -P '--*='; _files ;;
    :folders) compset -P '--*='; _files -/ ;;
    *)
      # What ends with a dot goes on.
      local -a open=(\${(M)candidates:#*.})
      candidates=(\${candidates:#*.})
      (( $#open )) && compadd -S '' -a open
      compadd -a candidates
      ;;
  esac
}
if [ "\${funcstack[1]}" = "_opsbro" ]; then
  _opsbro "$@"
else
  compdef _opsbro opsbro
fi
`,
  ],
  [
    'fish',
    `function __opsbro_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (env EXEC_COMPLETION=lines $words[1] $words[2..-1] 2>/dev/null)
    set -l option (string match -r -- '^--[^=]+=' "$words[-1]")
    set -l path (string replace -r -- '^--[^=]+=' '' "$words[-1]")
    switch "$found"
        case :files
            printf '%s\\n' "$option"(__fish_complete_path "$path")
        case :folders
            printf '%s\\n' "$option"(__fish_complete_directories "$path" '')
        case '*'
            printf '%s\\n' $found
    end
end
complete -c opsbro -f -a '(__opsbro_complete)'
`,
  ],
]);
