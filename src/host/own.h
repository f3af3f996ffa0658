/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights over what one owns. The owner of a file of mode 000 may not read it,
 * and to lend it another mode for a moment would leave that mode behind when the
 * process is killed in that moment. In a user namespace with just his own ids he
 * has CAP_DAC_OVERRIDE, which there is good for his own files and no others.
 */
#ifndef HOST_OWN_H
#define HOST_OWN_H

/*
 * Goes into such a namespace, for good. -1 and errno if that cannot be had, or
 * if the process has the capability already: then to try again is in vain.
 *
 * What is lost is little, but it should only be done when it is needed: ids
 * other than the own ones can no longer be named, in chown(2) and in ACLs.
 */
int own_files(void);

#endif
